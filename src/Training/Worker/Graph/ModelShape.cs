using Platform.ModelHost.Native.Gguf;

namespace Platform.Training.Graph;

/// <summary>The numbers that make a decoder of the llama family. Read from a header that <see cref="GgufCheck"/> has passed.</summary>
public sealed record ModelShape
{
    private static readonly string[] Known = ["llama", "qwen2", "qwen3"];

    public required string Architecture { get; init; }

    public required int Layers { get; init; }

    public required int Width { get; init; }

    public required int Heads { get; init; }

    /// <summary>Heads of keys and values; a divisor of <see cref="Heads"/>.</summary>
    public required int KeyHeads { get; init; }

    public required int HeadWidth { get; init; }

    public required int InnerWidth { get; init; }

    public required int Vocabulary { get; init; }

    public required int ContextTokens { get; init; }

    public required float Epsilon { get; init; }

    public required int RopeDimensions { get; init; }

    public required float RopeBase { get; init; }

    public required float RopeScale { get; init; }

    /// <summary>Whether a head's halves are turned against each other, as in Qwen; else neighbours.</summary>
    public bool IsNeox => Architecture != "llama";

    public int QueryWidth => Heads * HeadWidth;

    public int KeyWidth => KeyHeads * HeadWidth;

    /// <summary>Numbers in and out of a projection's matrix.</summary>
    public (int In, int Out) SizeOf(Projection projection) => projection switch
    {
        Projection.Query => (Width, QueryWidth),
        Projection.Key or Projection.Value => (Width, KeyWidth),
        Projection.Output => (QueryWidth, Width),
        Projection.Gate or Projection.Up => (Width, InnerWidth),
        _ => (InnerWidth, Width),
    };

    /// <exception cref="TrainingException">The model is of a kind that is not trained here.</exception>
    public static ModelShape Read(GgufHeader header)
    {
        var architecture = header.Metadata.GetValueOrDefault("general.architecture")?.Text ?? "";
        if (!Known.Contains(architecture)) { throw Refused($"its architecture is '{architecture}'; {string.Join(", ", Known)} (and Mistral, which is a llama) are trained"); }
        if (Whole(header, architecture, "expert_count", 0) > 0) { throw Refused("it is a mixture of experts"); }
        var width = Whole(header, architecture, "embedding_length");
        var heads = Whole(header, architecture, "attention.head_count");
        if (heads < 1 || width < 1) { throw Refused($"it has {heads} heads of {width} numbers"); }
        var headWidth = Whole(header, architecture, "attention.key_length", width / heads);
        if (Whole(header, architecture, "attention.value_length", headWidth) != headWidth) { throw Refused("its values are of another length than its keys"); }
        var shape = new ModelShape
        {
            Architecture = architecture,
            Layers = Whole(header, architecture, "block_count"),
            Width = width,
            Heads = heads,
            KeyHeads = Whole(header, architecture, "attention.head_count_kv", heads),
            HeadWidth = headWidth,
            InnerWidth = Whole(header, architecture, "feed_forward_length"),
            Vocabulary = (int)Math.Min(int.MaxValue, header.Tensors.FirstOrDefault(t => t.Name == "token_embd.weight")?.Shape.ElementAtOrDefault(1) ?? 0),
            ContextTokens = Whole(header, architecture, "context_length"),
            Epsilon = (float)Number(header, architecture + ".attention.layer_norm_rms_epsilon", 1e-5),
            RopeDimensions = Whole(header, architecture, "rope.dimension_count", headWidth),
            RopeBase = (float)Number(header, architecture + ".rope.freq_base", 10_000),
            RopeScale = RopeScaleOf(header, architecture),
        };
        return shape.Checked();
    }

    private ModelShape Checked()
    {
        if (KeyHeads < 1 || Heads % KeyHeads != 0 || HeadWidth < 2 || InnerWidth < 1 || Vocabulary < 1 || Layers < 1) { throw Refused($"{Heads} heads over {KeyHeads} of {HeadWidth}, {InnerWidth} inside, {Vocabulary} tokens make no model"); }
        if (RopeDimensions < 2 || RopeDimensions % 2 != 0 || RopeDimensions > HeadWidth) { throw Refused($"{RopeDimensions} of {HeadWidth} numbers of a head cannot be turned"); }
        return this;
    }

    private static float RopeScaleOf(GgufHeader header, string architecture)
    {
        var factor = Number(header, architecture + ".rope.scaling.factor", Number(header, architecture + ".rope.scale_linear", 0));
        var kind = header.Metadata.GetValueOrDefault(architecture + ".rope.scaling.type")?.Text ?? (factor > 0 ? "linear" : "none");
        return kind switch
        {
            "none" => 1,
            "linear" when factor > 0 => (float)(1 / factor),
            "linear" => 1,
            _ => throw Refused($"its positions are scaled by '{kind}'; plain and linear ones are trained"),
        };
    }

    private static int Whole(GgufHeader header, string architecture, string key, int otherwise = -1)
    {
        var value = header.Metadata.GetValueOrDefault($"{architecture}.{key}");
        if (value is null && otherwise >= 0) { return otherwise; }
        return value is { Count: 1, Numbers: [>= 0 and <= int.MaxValue and var number] } ? (int)number : throw Refused($"'{architecture}.{key}' is missing, or not one number for all layers");
    }

    private static double Number(GgufHeader header, string key, double otherwise) => header.Metadata.GetValueOrDefault(key)?.Numbers is [var number] ? number : otherwise;

    private static TrainingException Refused(string why) => new(TrainingFault.Model, $"This model cannot be trained here: {why}.");
}
