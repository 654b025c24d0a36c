using System.Runtime.CompilerServices;
using System.Text;

namespace Platform.Training.Datasets.Importing;

/// <summary>Lines of a UTF-8 or UTF-16 file without ever holding one that is too long.</summary>
internal static class BoundedLines
{
    /// <summary>Null stands for a line that is longer than allowed.</summary>
    public static async IAsyncEnumerable<string?> ReadAsync(string path, int longest, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using StreamReader reader = new(path);
        var buffer = new char[64 * 1024];
        StringBuilder line = new();
        var (over, any) = (false, false);
        for (int read; (read = await reader.ReadAsync(buffer, cancellation)) > 0;)
        {
            for (var from = 0; from < read;)
            {
                var end = buffer.AsSpan(from, read - from).IndexOf('\n');
                var length = end < 0 ? read - from : end;
                over |= line.Length + length > longest;
                if (!over) line.Append(buffer, from, length);
                any = true;
                from += length;
                if (end < 0)
                    continue;
                yield return over ? null : line.ToString().TrimEnd('\r');
                line.Clear();
                (over, any) = (false, false);
                from++;
            }
        }
        if (any)
            yield return over ? null : line.ToString().TrimEnd('\r');
    }
}
