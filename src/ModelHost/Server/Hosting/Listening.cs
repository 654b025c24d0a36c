namespace Platform.ModelHost.Server.Hosting;

/// <summary>The address, and the limits that hold before any of our code runs.</summary>
internal static class Listening
{
    /// <summary>Answers that do not end by the drain's end get this long to say so.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    public static void ListenWithLimits(this WebApplicationBuilder builder, ServerOptions options)
    {
        builder.WebHost.UseUrls(options.Url);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Drain + LastWords);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical); // what keeps it from starting is thrown as well, and told as one sentence
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
    }
}
