"""Forms made from a platform's options."""
