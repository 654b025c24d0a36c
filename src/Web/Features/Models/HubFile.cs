using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Platform.Web.Features.Models;

/// <summary>A model file of a hub: hf:owner/repo/file.gguf.</summary>
/// <param name="Repository">owner/repo</param>
/// <param name="Path">The file in it; up to three folders deep.</param>
public sealed partial record HubFile(string Repository, string Path)
{
    public override string ToString() => $"hf:{Repository}/{Path}";

    /// <summary>Reads what a person typed or pasted: the short form with or without hf:, or the address of the file's page on the hub.</summary>
    public static bool TryRead(string? typed, [NotNullWhen(true)] out HubFile? file)
    {
        var text = Page().Replace((typed ?? "").Trim(), "${repository}/${path}", 1);
        var match = text.Contains("..", StringComparison.Ordinal) ? Match.Empty : Form().Match(text);
        file = match.Success ? new HubFile(match.Groups["repository"].Value, match.Groups["path"].Value) : null;
        return file is not null;
    }

    [GeneratedRegex(@"^(?:hf:)?(?<repository>[A-Za-z0-9._-]{1,96}/[A-Za-z0-9._-]{1,96})/(?<path>(?:[A-Za-z0-9._-]{1,96}/){0,3}[A-Za-z0-9._-]{1,191}\.gguf)$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    [GeneratedRegex(@"^https?://[^/\s]+/(?<repository>[^/\s]+/[^/\s]+)/(?:resolve|blob)/[^/\s]+/(?<path>[^?#\s]+)(?:[?#].*)?$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Page();
}
