using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Platform.ModelHost.Engine.Models.Downloads;

/// <summary>A file of a hub, as hf:owner/repo/file.gguf names it. Nothing but plain names passes, so that the path below the model folder is what it looks like (fault 29).</summary>
internal sealed partial record HubSource(string Text, string Repository, string File)
{
    private static readonly string[] DeviceNames = ["con", "prn", "aux", "nul"];

    /// <summary>The same for the same file, so that a new start goes on with what an earlier one left.</summary>
    internal string DownloadId => "dl-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)))[..16];

    /// <summary>Below the model folder.</summary>
    internal string RelativePath => $"{Repository}/{File}".Replace('/', Path.DirectorySeparatorChar);

    internal Uri Address(Uri hub) => new($"{hub.AbsoluteUri.TrimEnd('/')}/{Repository}/resolve/main/{File}");

    /// <exception cref="EngineException">Kind BadRequest.</exception>
    internal static HubSource Parse(string? text)
    {
        if (Form().Match(text ?? "") is not { Success: true } match) { throw Refuse($"'{Shown(text)}' is not of the form hf:owner/repo/file.gguf, with names of A-Z, a-z, 0-9, '.', '_' and '-' that begin with a letter, a digit or '_'."); }
        if (text!.Split('/', ':').FirstOrDefault(name => name.Contains("..", StringComparison.Ordinal) || DeviceNames.Contains(name.Split('.')[0].ToLowerInvariant()) || NumberedDevice().IsMatch(name)) is { } bad)
        {
            throw Refuse($"'{bad}' in '{text}' is a name that not every system keeps as it is. Take another file.");
        }
        if (Part().Match(text) is { Success: true } part && part.Groups[1].Value != "00001")
        {
            throw Refuse($"'{text}' is one part of a model in {part.Groups[1].Value.TrimStart('0')}, and a part alone is of no use. Models in one file are downloaded; take one, or join the parts with llama-gguf-split --merge and put the result into the model folder.");
        }
        return new HubSource(text, match.Groups["repo"].Value, match.Groups["file"].Value);
    }

    private static string Shown(string? text) => text is null ? "" : text.Length <= 100 ? text : text[..100] + "…";

    private static EngineException Refuse(string message) => new(EngineErrorKind.BadRequest, message) { Parameter = "source" };

    [GeneratedRegex(@"\Ahf:(?<repo>[A-Za-z0-9_][A-Za-z0-9._-]{0,95}/[A-Za-z0-9_][A-Za-z0-9._-]{0,95})/(?<file>(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,95}/){0,3}[A-Za-z0-9_][A-Za-z0-9._-]{0,190}\.gguf)\z")]
    private static partial Regex Form();

    [GeneratedRegex(@"-[0-9]{5}-of-([0-9]{5})\.gguf\z")]
    private static partial Regex Part();

    [GeneratedRegex(@"\A(?:com|lpt)[0-9](?:\.|\z)", RegexOptions.IgnoreCase)]
    private static partial Regex NumberedDevice();
}
