using System.Text;

namespace Platform.ModelHost.Server.Completions;

/// <summary>Finds the places of a prompt's tokens in its text. Some have none of their own: a mark that is not shown, a part of a character, and the space that some vocabularies put before a text.</summary>
internal sealed class EchoedText(string text)
{
    private readonly Decoder _decoder = new UTF8Encoding(false, throwOnInvalidBytes: false).GetDecoder();
    private int _at;

    /// <summary>Goes on by one token.</summary>
    /// <returns>Where it begins, and what it reads as where that is not what its bytes say.</returns>
    public (int Place, string? Shown) Next(ReadOnlySpan<byte> bytes)
    {
        var place = _at;
        Span<char> characters = new char[_decoder.GetCharCount(bytes, flush: false)];
        characters = characters[.._decoder.GetChars(bytes, characters, flush: false)];
        if (StandsHere(characters))
        {
            _at += characters.Length;
        }
        else if (place == 0 && characters is [' ', ..] && StandsHere(characters[1..]))
        {
            _at += characters.Length - 1;
            return (place, characters[1..].ToString());
        }

        return (place, null);
    }

    private bool StandsHere(ReadOnlySpan<char> characters) => text.AsSpan(_at).StartsWith(characters, StringComparison.Ordinal);
}
