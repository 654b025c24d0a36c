# Trains larger jobs with PEFT, on an NVIDIA card where there is one. Built from the repository's root:
#   docker build -f docker/train.Dockerfile .
FROM python:3.12-slim
# PyPI's torch brings its CUDA runtime with it.
RUN pip install --no-cache-dir torch==2.6.0 transformers==4.53.3 peft==0.15.2 accelerate==1.8.1 gguf==0.17.1 safetensors==0.5.3
# The same number as `app` in the image of the model service: they write into one folder.
RUN useradd --uid 1654 --create-home app && mkdir /training && chown app /training
COPY docker/train /app
USER app
VOLUME /training
ENV HF_HUB_OFFLINE=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# Alive while its beat is younger than a minute.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["sh", "-c", "find /training/runners -type f -mmin -1 | grep -q ."]
ENTRYPOINT ["python", "/app/runner.py", "/training"]
