# One image for web processes and workers. TORCH_WHEELS: see the README; empty takes torch as the index has it.
FROM python:3.11-slim-bookworm
ARG TORCH_WHEELS=
RUN apt-get update && apt-get install -y --no-install-recommends make git && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 ostinato
WORKDIR /srv/ostinato
RUN chown ostinato /srv/ostinato
USER ostinato
COPY --chown=ostinato . .
RUN make PYTHON=python3.11 TORCH_WHEELS="$TORCH_WHEELS" setup \
    && .venv/bin/python manage.py collectstatic --noinput >/dev/null \
    # the key that settings made for themselves must not be the same wherever this image runs
    && rm -rf var
EXPOSE 8000
CMD [".venv/bin/python", "manage.py", "serve"]
