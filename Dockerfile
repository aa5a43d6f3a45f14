# One image for the worker, the gateway, the emulator and the command line.
# Where that registry can't be reached: --build-arg BASE=an image with Python 3.12 or newer.
ARG BASE=python:3.13.5-slim-bookworm@sha256:4c2cf9917bd1cbacc5e9b07320025bdb7cdf2df7b0ceaccb55e9dd7e30987419

FROM ${BASE} AS build
WORKDIR /app
COPY deploy/requirements.txt deploy/
# Wheels with known hashes only: nothing else is unpacked, and no code of a package runs meanwhile.
RUN python3 -m venv /opt/surepush \
    && /opt/surepush/bin/pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --only-binary :all: --requirement deploy/requirements.txt
COPY . .
RUN /opt/surepush/bin/python -m compileall -q /app /opt/surepush

FROM ${BASE}
COPY --from=build /opt/surepush /opt/surepush
COPY --from=build /app /app
WORKDIR /app
# For PUSH_LARGE_DIRECTORY: a volume that is mounted here is its owner's, too.
RUN install --directory --owner=65534 --group=65534 --mode=700 /large
# Nobody: no home, no shell, and nothing here belongs to it. The root file system may be read-only.
USER 65534:65534
# Ours is not installed, so no other distribution can overwrite our short names.
ENV PATH=/opt/surepush/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
STOPSIGNAL SIGTERM
ENTRYPOINT ["python"]
CMD ["worker.py"]
