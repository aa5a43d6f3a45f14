# One image for the worker, the gateway, the emulator and the command line.
# Where that registry can't be reached: --build-arg BASE=an image with Python 3.12 or newer.
ARG BASE=python:3.13.5-slim-bookworm

FROM ${BASE} AS build
WORKDIR /app
COPY pyproject.toml constraints.txt README.md ./
RUN python3 -m venv /opt/surepush
COPY . .
# Editable: the code runs from here, and no other distribution can overwrite our short names.
RUN /opt/surepush/bin/pip install --no-cache-dir --disable-pip-version-check \
        --constraint constraints.txt --editable '.[tracing]' \
    && /opt/surepush/bin/python -m compileall -q /app /opt/surepush

FROM ${BASE}
COPY --from=build /opt/surepush /opt/surepush
COPY --from=build /app /app
WORKDIR /app
# For PUSH_LARGE_DIRECTORY: a volume that is mounted here is its owner's, too.
RUN install --directory --owner=65534 --group=65534 --mode=700 /large
# Nobody: no home, no shell, and nothing here belongs to it. The root file system may be read-only.
USER 65534:65534
ENV PATH=/opt/surepush/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
STOPSIGNAL SIGTERM
ENTRYPOINT ["python"]
CMD ["worker.py"]
