namespace Platform.Retrieval.Reading;

/// <summary>Picks the reader for a media type that <see cref="ContentSniffer"/> found.</summary>
public sealed class ReaderByContent
{
    public IDocumentReader For(string mediaType) => throw new NotImplementedException();
}
