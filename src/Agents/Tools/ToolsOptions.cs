using System.ComponentModel.DataAnnotations;

namespace Platform.Agents.Tools;

/// <summary>Bound from `Agents:Tools`: what agents may reach. Only who runs the program sets it.</summary>
public sealed class ToolsOptions
{
    /// <summary>Hosts whose pages fetch_page may read: example.org, *.example.org, example.org:8443. Default none, so that nothing leaves the machine.</summary>
    [MaxLength(1000)]
    public string[] FetchHosts { get; set; } = [];

    /// <summary>Most bytes of a fetched page, unpacked. 1 KiB to 64 MiB, default 4 MiB.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int FetchBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Longest time for one page, redirects and reading included. Default 20 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan FetchTimeout { get; set; } = TimeSpan.FromSeconds(20);
}
