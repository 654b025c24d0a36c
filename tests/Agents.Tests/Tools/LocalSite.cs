using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.Agents.Tests.Tools;

/// <summary>A real web server on a free port of 127.0.0.1 that counts what reaches it.</summary>
internal sealed class LocalSite : IAsyncDisposable
{
    private readonly WebApplication app;
    private int requests;

    private LocalSite(WebApplication app) => this.app = app;

    public int Requests => requests;

    public int Port => new Uri(app.Urls.Single()).Port;

    public IPEndPoint Endpoint => new(IPAddress.Loopback, Port);

    public static async Task<LocalSite> StartAsync(Action<WebApplication>? more = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        LocalSite site = new(builder.Build());
        site.app.Use((context, next) =>
        {
            Interlocked.Increment(ref site.requests);
            return next(context);
        });
        site.app.MapGet("/page", () => Results.Content("<html><head><title>Leave</title></head><body><h1>Leave</h1><p>27 days. [4]</p><p hidden>secret</p></body></html>", "text/html"));
        site.app.MapGet("/to", (string address) => Results.Redirect(address));
        site.app.MapGet("/round", () => Results.Redirect("/round"));
        site.app.MapGet("/picture", () => Results.Bytes([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10], "image/png"));
        site.app.MapGet("/disguised", () => Results.Bytes([0x7F, 0x45, 0x4C, 0x46, 1, 1, 1, 0], "text/html"));
        site.app.MapGet("/endless", async (HttpContext context) =>
        {
            context.Response.ContentType = "text/plain";
            var line = new byte[16 * 1024];
            Array.Fill(line, (byte)'x');
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(line, context.RequestAborted);
        });
        site.app.MapGet("/bomb", async (HttpContext context) =>
        {
            (context.Response.ContentType, context.Response.Headers.ContentEncoding) = ("text/plain", "gzip");
            await using GZipStream packed = new(context.Response.Body, CompressionLevel.Fastest);
            await packed.WriteAsync(new byte[8 * 1024 * 1024], context.RequestAborted);
        });
        site.app.MapGet("/silent", async (HttpContext context) => await Task.Delay(Timeout.Infinite, context.RequestAborted));
        more?.Invoke(site.app);
        await site.app.StartAsync(TestContext.Current.CancellationToken);
        return site;
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new(TimeSpan.Zero);
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }
}
