using System.Text;
using System.Text.Unicode;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Reading;

/// <summary>Reads text of unknown encoding: byte order marks first, then UTF-8 when it is valid, UTF-16 by its zeros, GB18030 when it gives Chinese, else Windows-1252. What cannot be decoded becomes U+FFFD and stays visible.</summary>
internal static class TextFile
{
    private const int Sample = 64 * 1024;

    static TextFile() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    private static Encoding Gb18030 => Encoding.GetEncoding("GB18030", EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("\uFFFD"));

    /// <summary>The whole file as text. Throws IngestException when it is empty or longer than a text file may be.</summary>
    public static async Task<string> ReadAsync(string path, CancellationToken cancellation)
    {
        var length = new FileInfo(path).Length;
        if (length == 0) throw new IngestException(IngestError.Empty, "The file is empty (0 bytes).");
        CheckLength(length);
        return Decode(await File.ReadAllBytesAsync(path, cancellation));
    }

    /// <summary>Throws IngestException when a text file is longer than it may be.</summary>
    public static void CheckLength(long bytes)
    {
        if (bytes > RetrievalOptions.MaxTextBytes)
        {
            throw new IngestException(IngestError.TooLarge, $"The text file has {bytes:N0} bytes; the limit is {RetrievalOptions.MaxTextBytes:N0}. Split it into smaller files.");
        }
    }

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var (encoding, skip) = EncodingOf(bytes);
        return encoding.GetString(bytes[skip..]);
    }

    /// <summary>True when the bytes are those of a text file rather than of a program, picture or archive.</summary>
    public static bool IsText(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty) return false;
        var text = Decode(start);
        var odd = 0;
        foreach (var c in text)
        {
            if ((char.IsControl(c) && c is not ('\n' or '\r' or '\t' or '\f' or '\v' or '\u001A' or '\u001B')) || c == '\uFFFD') odd++;
        }
        return odd <= text.Length / 20;
    }

    private static (Encoding Encoding, int Skip) EncodingOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) return (Encoding.UTF8, 3);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, 0, 0])) return (new UTF32Encoding(bigEndian: false, byteOrderMark: false), 4);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xFE, 0xFF])) return (new UTF32Encoding(bigEndian: true, byteOrderMark: false), 4);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return (Encoding.Unicode, 2);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return (Encoding.BigEndianUnicode, 2);

        var sample = bytes[..Math.Min(bytes.Length, Sample)];
        if (WideByZeros(sample) is { } wide) return (wide, 0);
        if (Utf8.IsValid(bytes)) return (Encoding.UTF8, 0);
        if (FewErrorsAsUtf8(sample)) return (Encoding.UTF8, 0);
        if (WideByScript(sample) is { } chinese) return (chinese, 0);
        return (LooksLikeGb18030(sample) ? Gb18030 : Encoding.GetEncoding(1252), 0);
    }

    /// <summary>Latin text in UTF-16 or UTF-32 has a zero in the same place of most characters.</summary>
    private static Encoding? WideByZeros(ReadOnlySpan<byte> sample)
    {
        if (sample.Length < 4) return null;
        Span<int> zeros = stackalloc int[4];
        for (var i = 0; i < sample.Length; i++)
        {
            if (sample[i] == 0) zeros[i % 4]++;
        }
        var quarter = sample.Length / 4;
        bool Many(int count) => count > quarter * 0.6;
        bool Few(int count) => count < quarter * 0.05 + 1;
        if (Few(zeros[0]) && Many(zeros[2]) && Many(zeros[3])) return new UTF32Encoding(bigEndian: false, byteOrderMark: false);
        if (Few(zeros[3]) && Many(zeros[0]) && Many(zeros[1])) return new UTF32Encoding(bigEndian: true, byteOrderMark: false);
        if (Few(zeros[0]) && Few(zeros[2]) && Many(zeros[1]) && Many(zeros[3])) return Encoding.Unicode;
        return Few(zeros[1]) && Few(zeros[3]) && Many(zeros[0]) && Many(zeros[2]) ? Encoding.BigEndianUnicode : null;
    }

    /// <summary>Chinese text in UTF-16 has few zeros, but nearly all its pairs are Chinese or ASCII characters, which is so in one byte order only.</summary>
    private static UnicodeEncoding? WideByScript(ReadOnlySpan<byte> sample)
    {
        if (sample.Length < 8) return null;
        foreach (var bigEndian in (ReadOnlySpan<bool>)[false, true])
        {
            var encoding = new UnicodeEncoding(bigEndian, byteOrderMark: false);
            var text = encoding.GetString(sample[..(sample.Length & ~1)]);
            if (text.Count(char.IsAscii) > text.Length / 50 && ShareOf(text, c => IsCommonInChinese(c) || c is '\n' or '\r' or (>= ' ' and <= '~')) > 0.97) return encoding;
        }
        return null;
    }

    private static bool FewErrorsAsUtf8(ReadOnlySpan<byte> sample)
    {
        var text = Encoding.UTF8.GetString(sample);
        int errors = text.Count(c => c == '\uFFFD'), beyondAscii = text.Count(c => c > '\u007F');
        return errors <= 1 + (beyondAscii - errors) / 20 && errors < beyondAscii;
    }

    /// <summary>Nearly all its double bytes are the common characters and marks; the accents of Western text, followed by a letter, are rare ones there.</summary>
    private static bool LooksLikeGb18030(ReadOnlySpan<byte> sample)
    {
        int pairs = 0, common = 0;
        for (var i = 0; i + 1 < sample.Length; i++)
        {
            if (sample[i] < 0x80) continue;
            var (lead, trail) = (sample[i], sample[++i]);
            pairs++;
            if (lead is (>= 0xB0 and <= 0xD7) or (>= 0xA1 and <= 0xA3) && trail >= 0xA1) common++;
        }
        return pairs > 0 && common > pairs * 0.85;
    }

    private static double ShareOf(string text, Func<char, bool> which) => (double)text.Count(which) / text.Length;

    // For guessing an encoding: narrower than the script, since the rarer ideographs are what Western text looks like in a wrong one, and with the marks between them.
    private static bool IsCommonInChinese(char c) => c is (>= '\u4E00' and <= '\u9FA5') or (>= '\u3000' and <= '\u3020') or (>= '\uFF01' and <= '\uFF5E') or '“' or '”' or '‘' or '’' or '…' or '—' or '·';
}
