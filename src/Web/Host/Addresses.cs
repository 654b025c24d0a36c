using System.Net;
using Microsoft.AspNetCore.HostFiltering;

namespace Platform.Web.Host;

/// <summary>Where the server listens, and by which names it lets itself be called.</summary>
public static class Addresses
{
    private const string Default = "http://127.0.0.1:8080";

    /// <summary>`Urls`, by default the loopback only. A server on the loopback answers to the loopback's names alone, so that no web page can reach it through a name of its own (DNS rebinding); `AllowedHosts` says otherwise.</summary>
    public static void Configure(WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var urls = configuration["Urls"];
        if (string.IsNullOrWhiteSpace(urls))
        {
            builder.WebHost.UseUrls(urls = Default);
        }

        if (string.IsNullOrWhiteSpace(configuration["AllowedHosts"]))
        {
            var loopback = urls.Split(';', StringSplitOptions.RemoveEmptyEntries).All(IsLoopback);
            configuration.AddInMemoryCollection([new("AllowedHosts", loopback ? "localhost;127.0.0.1;[::1]" : "*")]);
        }

        // The framework refuses other names before anything of ours runs, with a page of its own; ours stands around it.
        builder.Services.Configure<HostFilteringOptions>(options => options.IncludeFailureMessage = false);
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, RefusedHost>());
    }

    private static bool IsLoopback(string url) =>
        Uri.TryCreate(url.Trim(), UriKind.Absolute, out var address)
        && (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)));
}
