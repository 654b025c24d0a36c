using System.Text;

namespace Platform.ModelHost.Engine.Tokens;

/// <summary>Joins the bytes of tokens into text. A token may end inside a character; such bytes wait for the next one, so no character is ever cut.</summary>
internal sealed class Utf8TokenDecoder
{
    private readonly Decoder decoder = new UTF8Encoding(false, throwOnInvalidBytes: false).GetDecoder();

    /// <summary>False in the middle of a character.</summary>
    internal bool IsWhole => decoder.GetCharCount([], flush: true) == 0;

    /// <summary>The whole characters that stand now. Bytes that are no UTF-8 become U+FFFD; a character that is never finished is never shown.</summary>
    internal string Append(ReadOnlySpan<byte> bytes)
    {
        var most = decoder.GetCharCount(bytes, flush: false);
        Span<char> characters = most <= 256 ? stackalloc char[most] : new char[most];
        return new string(characters[..decoder.GetChars(bytes, characters, flush: false)]);
    }
}
