namespace Platform.Training.Graph;

/// <summary>The matrices of a layer that an adapter can change, in the order of their use.</summary>
public enum Projection
{
    Query, Key, Value, Output, Gate, Up, Down,
}

/// <summary>How files name the projections.</summary>
public static class ProjectionNames
{
    private static readonly string[] Tensors = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"];
    private static readonly string[] Short = ["q", "k", "v", "o", "gate", "up", "down"];

    public static IReadOnlyList<Projection> All { get; } = Enum.GetValues<Projection>();

    /// <summary>The name of the matrix in GGUF files, without ".weight".</summary>
    public static string Tensor(int layer, Projection projection) => $"blk.{layer}.{Tensors[(int)projection]}";

    /// <summary>The name in job files: q, k, v, o, gate, up, down.</summary>
    public static string Name(Projection projection) => Short[(int)projection];

    /// <exception cref="TrainingException">There is no such projection.</exception>
    public static Projection Parse(string name) => Array.IndexOf(Short, name) is >= 0 and var i ? (Projection)i
        : throw new TrainingException(TrainingFault.Job, $"'{name}' is no projection; take of {string.Join(", ", Short)}.");
}
