using System.ComponentModel.DataAnnotations;

namespace Platform.Agents.Tools.Mcp;

/// <summary>One MCP server: a program that is started here (Command), or an address (Endpoint). Only who runs the program and administrators set it: a command line is run as the program itself.</summary>
public sealed class McpServerOptions : IValidatableObject
{
    /// <summary>^[a-z][a-z0-9]{0,23}$: its tools are called name__tool.</summary>
    [Required, RegularExpression("^[a-z][a-z0-9]{0,23}$")]
    public string Name { get; set; } = "";

    /// <summary>The program to start, as it is found on PATH or by its full path; empty for a server by HTTP.</summary>
    public string Command { get; set; } = "";

    public string[] Arguments { get; set; } = [];

    /// <summary>Variables that the program gets besides PATH, HOME and the like; it sees no other of ours.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Default the folder of this program.</summary>
    public string? WorkingDirectory { get; set; }

    /// <summary>The address of a server by streamable HTTP; null for one that is started.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Sent with every request to the endpoint, for example Authorization.</summary>
    public Dictionary<string, string> Headers { get; } = [];

    /// <summary>The tools that are offered, by their own names; none means all.</summary>
    public string[] Tools { get; set; } = [];

    /// <summary>Longest time for starting and for each call. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Everything that is set, to tell two settings apart.</summary>
    internal static string Json(McpServerOptions options) => System.Text.Json.JsonSerializer.Serialize(options);

    /// <summary>Exactly one of Command and Endpoint is set, and an endpoint is http or https.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Command.Length > 0 == Endpoint is not null)
            yield return new($"The MCP server \"{Name}\" must have a Command or an Endpoint, and not both.");
        if (Endpoint is { } address && (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)))
            yield return new($"The Endpoint of the MCP server \"{Name}\" is \"{address}\"; it must begin with http:// or https://.");
    }
}
