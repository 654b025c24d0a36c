using System.Text;

namespace Platform.ModelHost.Client.Http;

/// <summary>Cuts a list of texts into requests bounded by count and by bytes, in order.</summary>
internal static class TextBatches
{
    public static IEnumerable<IReadOnlyList<string>> Of(IEnumerable<string> texts, int maxTexts, int maxBytes)
    {
        var batch = new List<string>();
        var bytes = 0;
        foreach (var text in texts)
        {
            var size = Encoding.UTF8.GetByteCount(text);
            if (batch.Count > 0 && (batch.Count >= maxTexts || bytes + size > maxBytes))
            {
                yield return batch;
                batch = [];
                bytes = 0;
            }

            batch.Add(text);
            bytes += size;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
