using System.Text.Json.Serialization;

namespace Platform.ModelHost.Engine.Work;

/// <summary>Native work for a process of its own. It travels to the child as one line of JSON; paths in it are ours, files behind them are untrusted.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(TryOrder), "try")]
[JsonDerivedType(typeof(QuantizeOrder), "quantize")]
[JsonDerivedType(typeof(PerplexityOrder), "perplexity")]
[JsonDerivedType(typeof(RowsOrder), "rows")]
internal abstract record WorkOrder
{
    /// <summary>Folder of the native libraries that the parent runs with.</summary>
    public required string NativeDirectory { get; init; }

    public required int Threads { get; init; }
}

/// <summary>Load a model and run a few tokens of it.</summary>
internal sealed record TryOrder(string Path, bool Embeds, int GpuLayers) : WorkOrder;

/// <summary>Write a model in another number format.</summary>
/// <param name="Format">llama.cpp's number of it.</param>
internal sealed record QuantizeOrder(string Source, string Target, int Format) : WorkOrder;

/// <summary>Measure how well a model foretells a text.</summary>
/// <param name="Adapter">An adapter to measure it with, or null.</param>
/// <param name="ModelSha256">Of the model's file, which the adapter may name as its base.</param>
/// <param name="Window">Tokens that it sees at once.</param>
/// <param name="MostTokens">Tokens of the text that are read.</param>
internal sealed record PerplexityOrder(string Path, string ModelSha256, string? Adapter, string Text, int Window, int MostTokens, int GpuLayers) : WorkOrder;

/// <summary>Set an adapter beside its base on rows.</summary>
/// <param name="ModelSha256">Of the model's file, which the adapter may name as its base.</param>
/// <param name="Window">Tokens of the longest row, at least.</param>
internal sealed record RowsOrder(string Path, string ModelSha256, string Adapter, IReadOnlyList<MeasuredRow> Rows, int Window, int GpuLayers) : WorkOrder;

/// <summary>A line that a child writes: how far it is, or what came out, or why it refuses.</summary>
internal sealed record WorkReport(double? Progress = null, PerplexityResult? Perplexity = null, IReadOnlyList<RowLoss>? Rows = null, bool IsDone = false, string? Refusal = null);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(WorkOrder))]
[JsonSerializable(typeof(WorkReport))]
[JsonSerializable(typeof(Dictionary<string, TriedFile>))]
internal sealed partial class WorkJson : JsonSerializerContext;
