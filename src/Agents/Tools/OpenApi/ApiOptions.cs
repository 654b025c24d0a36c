using System.ComponentModel.DataAnnotations;

namespace Platform.Agents.Tools.OpenApi;

/// <summary>An HTTP API whose operations become tools, by its OpenAPI 3 document. Only who runs the program and administrators set it.</summary>
public sealed class ApiOptions : IValidatableObject
{
    /// <summary>^[a-z][a-z0-9]{0,23}$: its tools are called name__operation.</summary>
    [Required, RegularExpression("^[a-z][a-z0-9]{0,23}$")]
    public string Name { get; set; } = "";

    /// <summary>The path of the document, a JSON or YAML file on this machine; empty where Content holds it.</summary>
    public string Document { get; set; } = "";

    /// <summary>The document itself, JSON or YAML.</summary>
    public string Content { get; set; } = "";

    /// <summary>Where the API is; what the document says of servers does not count.</summary>
    [Required]
    public Uri? Endpoint { get; set; }

    /// <summary>Sent with every request, for example Authorization. No model and no page sees them.</summary>
    public Dictionary<string, string> Headers { get; } = [];

    /// <summary>The operations that are offered, by operationId, or method and path (get_people_id) where they have none; none means all.</summary>
    public string[] Operations { get; set; } = [];

    /// <summary>Whether the endpoint may be on this machine or its network. Default no.</summary>
    public bool Private { get; set; }

    /// <summary>Longest time for each call. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The document is here or there, and the endpoint is http or https.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Document.Length > 0 == Content.Length > 0)
            yield return new($"The API \"{Name}\" must have a Document or its Content, and not both.");
        if (Endpoint is { } address && (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)))
            yield return new($"The Endpoint of the API \"{Name}\" is \"{address}\"; it must begin with http:// or https://.");
    }
}
