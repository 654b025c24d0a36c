# The pages, the agents and retrieval. Built from the repository's root: docker build -f docker/web.Dockerfile .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Web/Web.csproj -c Release -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# poppler-utils reads PDF files; curl asks for the health.
RUN apt-get update && apt-get install -y --no-install-recommends poppler-utils curl && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app .
RUN mkdir /data && chown app:app /data
USER app
VOLUME /data
# Listening everywhere inside, and called by loopback's names alone (DNS rebinding) unless AllowedHosts says more.
ENV Data__Directory=/data Urls=http://0.0.0.0:8080 AllowedHosts=localhost;127.0.0.1
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["curl", "-fsS", "http://127.0.0.1:8080/health/live"]
ENTRYPOINT ["./Platform.Web", "serve"]
