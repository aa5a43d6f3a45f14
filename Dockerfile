# One image for the worker, the emulator and the command line.
FROM python:3.12-slim

WORKDIR /app
COPY . .
# Editable: the code runs from here, and no other distribution can overwrite our short names.
RUN pip install --no-cache-dir --constraint constraints.txt --editable .

USER nobody
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
ENTRYPOINT ["python"]
CMD ["worker.py"]
