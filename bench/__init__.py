"""Measurements: beside other ways (`compare`), under load (`load`), and chaos runs (`chaos`)."""
