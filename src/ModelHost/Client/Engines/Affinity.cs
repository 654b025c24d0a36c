using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;

namespace Platform.ModelHost.Client.Engines;

/// <summary>Sends a conversation to the replica that has read its beginning already. Rendezvous hashing: when a replica goes, only its own conversations move.</summary>
internal static class Affinity
{
    private const int MostCharacters = 8_192;

    /// <summary>A conversation that is named: whatever its messages begin with now, as a chat's passages and an agent's examples differ from turn to turn.</summary>
    internal static byte[] Of(string conversation) => SHA256.HashData(Encoding.UTF8.GetBytes("conversation\0" + conversation));

    /// <summary>What stays the same while one without a name goes on: the model, the instructions, and the messages up to the first of the user.</summary>
    internal static byte[] Of(string model, IEnumerable<ChatMessage> messages, string? instructions)
    {
        var text = new StringBuilder(model).Append('\0').Append(instructions);
        foreach (var message in messages)
        {
            text.Append('\0').Append(message.Role.Value).Append('\0').Append(message.Text);
            if (message.Role == ChatRole.User || text.Length > MostCharacters) { break; }
        }
        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString(0, Math.Min(text.Length, MostCharacters))));
    }

    /// <summary>How much the engine of this name is the one for the key; the highest is.</summary>
    internal static ulong Weight(byte[] key, string engine)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData([.. key, .. Encoding.UTF8.GetBytes(engine)], hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
