using System.ComponentModel.DataAnnotations;
using Platform.Agents.Tools.Mcp;
using Platform.Agents.Tools.OpenApi;

namespace Platform.Agents.Tools;

/// <summary>Bound from `Agents:Tools`: what agents may reach by the word of who runs the program. Administrators add to hosts, servers and APIs on the pages.</summary>
public sealed class ToolsOptions : IValidatableObject
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

    /// <summary>Most rows of all tables that one query of query_table names. Default 200,000.</summary>
    [Range(1, 5_000_000)]
    public int TableRows { get; set; } = 200_000;

    /// <summary>Longest time for one query over sheets. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Most memory that one query over sheets may take, bytes. Default 256 MiB.</summary>
    [Range(1024 * 1024, int.MaxValue)]
    public int QueryBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>MCP servers whose tools agents may use. Default none.</summary>
    [MaxLength(50)]
    public List<McpServerOptions> McpServers { get; set; } = [];

    /// <summary>HTTP APIs whose operations agents may use. Default none.</summary>
    [MaxLength(50)]
    public List<ApiOptions> Apis { get; set; } = [];

    /// <summary>Whether administrators may set programs to start (MCP servers over stdio) in the browser: each runs with the rights of this program. Default yes.</summary>
    public bool CommandsInBrowser { get; set; } = true;

    /// <summary>Checks what stands in lists, which annotations alone do not reach.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        List<ValidationResult> faults = [];
        foreach (var server in McpServers)
            Validator.TryValidateObject(server, new ValidationContext(server), faults, validateAllProperties: true);
        foreach (var api in Apis)
            Validator.TryValidateObject(api, new ValidationContext(api), faults, validateAllProperties: true);
        if (McpServers.Select(server => server.Name).Concat(Apis.Select(api => api.Name)).GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            faults.Add(new($"Two MCP servers or APIs are named \"{twice.Key}\"; each needs its own name."));
        return faults;
    }
}
