# The server and the worker. No compiler is needed: every dependency comes as a wheel.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore \
    DATA_DIR=/data

# A named volume takes over the owner of the folder it covers.
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin prompts \
    && install -d -o prompts -g prompts /data

# Dependencies before the code: this layer is rebuilt only when the lock changes. The lock is complete, so nothing is looked
# up; label-studio-ml's own pins, which are long out of support, play no part.
COPY requirements.lock /src/
RUN pip install --no-deps --require-hashes --only-binary :all: -r /src/requirements.lock

COPY pyproject.toml README.md model.py _wsgi.py /src/
COPY backend /src/backend
RUN pip install --no-deps --no-build-isolation /src && rm -rf /src

# gunicorn reads its settings from the folder it starts in.
WORKDIR /app
COPY gunicorn.conf.py ./

USER 10001
VOLUME /data
EXPOSE 9090
ENV BIND=0.0.0.0:9090
CMD ["gunicorn", "_wsgi:app"]
