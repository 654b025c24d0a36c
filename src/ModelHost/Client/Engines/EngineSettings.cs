using System.Text.RegularExpressions;

namespace Platform.ModelHost.Client.Engines;

/// <summary>One engine of `ModelHost:Engines`: any OpenAI-compatible service. A class and no record, so that the key is in no text that is made of it.</summary>
public sealed partial class EngineSettings
{
    /// <summary>What it is called; `name/model` asks for a model of this engine and no other. 1 to 64 letters, digits, '.', '_' and '-'. Required.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its base address, with or without /v1. Required.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Bearer token; empty sends none.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>Ids of the models to use of it, also such as it does not list. Empty: all that it lists.</summary>
    public IList<string> Models { get; } = [];

    internal static bool IsAddress(Uri? address) => address is { IsAbsoluteUri: true, Scheme: "http" or "https" };

    /// <summary>Why it cannot be used, or null.</summary>
    internal string? Refusal() =>
        !NameForm().IsMatch(Name) ? $"An engine of ModelHost:Engines is called '{Name}'; a Name is 1 to 64 letters, digits, '.', '_' and '-', and begins with a letter or digit."
        : !IsAddress(Endpoint) ? $"The Endpoint of the engine '{Name}' must be an http or https address, such as http://gpu1:8000/v1."
        : null;

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    private static partial Regex NameForm();
}
