using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Platform.ModelHost.Server.Hosting;

/// <summary>The address, and the limits that hold before any of our code runs.</summary>
internal static class Listening
{
    /// <summary>Kestrel adds the bytes already written, over this rate, to its grace. High, so that what the system buffers (megabytes) buys a reader that takes nothing seconds, not hours.</summary>
    private const double BytesPerSecondOfGrace = 1024 * 1024;

    /// <summary>Answers that do not end by the drain's end get this long to say so.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    public static void ListenWithLimits(this WebApplicationBuilder builder, ServerOptions options)
    {
        builder.WebHost.UseUrls(options.Url);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
            kestrel.Limits.MinResponseDataRate = new MinDataRate(BytesPerSecondOfGrace, options.SlowReader);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Drain + LastWords);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
    }
}
