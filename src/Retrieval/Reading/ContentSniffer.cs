namespace Platform.Retrieval.Reading;

/// <summary>Tells what a file is by its bytes; the name only decides between formats that are both plain text.</summary>
public static class ContentSniffer
{
    /// <summary>The media type, or null when it is none that can be read. Text formats: text/plain, text/markdown, text/html, text/csv, application/json.</summary>
    public static string? Sniff(string path, string fileName) => throw new NotImplementedException();
}
