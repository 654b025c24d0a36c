using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Work;

/// <summary>How much better a model foretells what counts of rows with an adapter than without: first all rows without it, then all with it, as they would be served.</summary>
internal static class MeasureRows
{
    /// <exception cref="NativeCallException">llama.cpp refuses or fails, or what it computes are no numbers.</exception>
    internal static IReadOnlyList<RowLoss> Run(RowsOrder order, Action<double> progress)
    {
        using var model = SafeLlamaModelHandle.Load(order.Path, new ModelLoadOptions(order.GpuLayers), CancellationToken.None);
        using var adapter = MeasurePerplexity.Adapter(model, order.Path, order.ModelSha256, order.Adapter);
        using var context = MeasurePerplexity.Context(model, order.Window, order.Threads);
        var (surprise, losses) = (new TokenSurprise(context, model.VocabularySize), new (double Plain, double Tuned)[order.Rows.Count]);
        foreach (var at in Enumerable.Range(0, order.Rows.Count))
        {
            losses[at].Plain = Loss(surprise, order.Rows[at]);
            progress((at + 1.0) / (2 * order.Rows.Count));
        }
        context.SetAdapters([(adapter, 1)]);
        foreach (var at in Enumerable.Range(0, order.Rows.Count))
        {
            losses[at].Tuned = Loss(surprise, order.Rows[at]);
            progress(0.5 + (at + 1.0) / (2 * order.Rows.Count));
        }
        return [.. order.Rows.Zip(losses, (row, loss) => new RowLoss(loss.Plain, loss.Tuned, Weight(row)))];
    }

    /// <summary>What of a row counts; above 0 in rows that are measured.</summary>
    internal static double Weight(MeasuredRow row) => row.Weights?.Skip(1).Sum() ?? row.Tokens.Length - 1;

    private static double Loss(TokenSurprise surprise, MeasuredRow row)
    {
        var from = row.Weights is { } given ? Math.Max(1, Array.FindIndex(given, weight => weight > 0)) : 1;
        var mean = surprise.Of(row.Tokens, from).Select((one, at) => one * (row.Weights?[from + at] ?? 1)).Sum() / Weight(row);
        return double.IsFinite(mean) ? mean : throw new NativeCallException("What the model computes are no numbers. Its weights, or the adapter's, are damaged.");
    }
}
