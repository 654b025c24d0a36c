using System.Security.Cryptography;
using System.Text;

namespace Platform.ModelHost.Engine.Tokens;

/// <summary>The ids of calls of tools: as OpenAI's clients know them, and as the narrowest templates take them.</summary>
internal static class CallId
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private const int RandomLength = 24, ShortLength = 9;

    internal static string New() => "call_" + RandomNumberGenerator.GetString(Letters, RandomLength);

    /// <summary>Nine letters and digits, the same for the same id: a conversation that comes back is rendered as it was.</summary>
    internal static string Short(string id)
    {
        if (id.Length == ShortLength && id.All(char.IsAsciiLetterOrDigit)) { return id; }
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(id));
        return string.Create(ShortLength, hash, (shortened, bytes) =>
        {
            for (var i = 0; i < shortened.Length; i++) { shortened[i] = Letters[bytes[i] % Letters.Length]; }
        });
    }
}
