# The model service. Built from the repository's root; two targets:
#   docker build -f docker/modelhost.Dockerfile --target cpu .
#   docker build -f docker/modelhost.Dockerfile --target cuda .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS tools
# npm brings the llama.cpp libraries.
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .

FROM tools AS build-cpu
RUN dotnet publish src/ModelHost/Server/ModelHost.Server.csproj -c Release -o /app && dotnet publish src/Training/Worker/Training.Worker.csproj -c Release -o /app

FROM tools AS build-cuda
RUN dotnet publish src/ModelHost/Server/ModelHost.Server.csproj -c Release -p:LlamaBackend=cuda -o /app && dotnet publish src/Training/Worker/Training.Worker.csproj -c Release -p:LlamaBackend=cuda -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS cpu
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 curl && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build-cpu /app .
COPY models /models
RUN mkdir /training && chown app /training
USER app
VOLUME /models /training
ENV Training__Directory=/training Engine__AdapterDirectory=/training/adapters
ENV Server__Url=http://0.0.0.0:8081 Engine__ChatModel=/models/seed-chat.gguf Engine__EmbeddingModel=/models/seed-embed.gguf
EXPOSE 8081
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s CMD ["curl", "-fsS", "http://127.0.0.1:8081/health"]
ENTRYPOINT ["./Platform.ModelHost.Server"]

FROM nvidia/cuda:13.1.0-runtime-ubuntu24.04 AS cuda
# The CUDA 13 runtime of this image is what the libraries are built against; the .NET runtime comes from Ubuntu's own packages.
RUN apt-get update && apt-get install -y --no-install-recommends aspnetcore-runtime-10.0 libgomp1 curl && rm -rf /var/lib/apt/lists/* \
    && (id app >/dev/null 2>&1 || useradd --create-home app)
WORKDIR /app
COPY --from=build-cuda /app .
COPY models /models
RUN mkdir /kernels /training && chown app /kernels /training
USER app
VOLUME /models /kernels /training
ENV Training__Directory=/training Engine__AdapterDirectory=/training/adapters
# Compiling the kernels for a new card takes minutes; the cache keeps them over restarts.
ENV CUDA_CACHE_PATH=/kernels CUDA_CACHE_MAXSIZE=4294967296
ENV Server__Url=http://0.0.0.0:8081 Engine__ChatModel=/models/seed-chat.gguf Engine__EmbeddingModel=/models/seed-embed.gguf
EXPOSE 8081
HEALTHCHECK --interval=10s --timeout=5s --start-period=600s CMD ["curl", "-fsS", "http://127.0.0.1:8081/health"]
ENTRYPOINT ["./Platform.ModelHost.Server"]
