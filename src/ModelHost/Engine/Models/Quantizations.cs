using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Models;

/// <summary>Names for how weights are packed: of the whole file where it says so, else of the type that takes most of its bytes.</summary>
internal static class Quantizations
{
    // llama.cpp's numbers, which stand in files: append only.
    private static readonly Dictionary<int, string> Files = new()
    {
        [0] = "f32", [1] = "f16", [2] = "q4_0", [3] = "q4_1", [7] = "q8_0", [8] = "q5_0", [9] = "q5_1", [10] = "q2_k", [11] = "q3_k_s", [12] = "q3_k_m", [13] = "q3_k_l",
        [14] = "q4_k_s", [15] = "q4_k_m", [16] = "q5_k_s", [17] = "q5_k_m", [18] = "q6_k", [19] = "iq2_xxs", [20] = "iq2_xs", [21] = "q2_k_s", [22] = "iq3_xs", [23] = "iq3_xxs",
        [24] = "iq1_s", [25] = "iq4_nl", [26] = "iq3_s", [27] = "iq3_m", [28] = "iq2_s", [29] = "iq2_m", [30] = "iq4_xs", [31] = "iq1_m", [32] = "bf16", [36] = "tq1_0", [37] = "tq2_0", [38] = "mxfp4",
    };

    private static readonly Dictionary<int, string> Tensors = new()
    {
        [0] = "f32", [1] = "f16", [2] = "q4_0", [3] = "q4_1", [6] = "q5_0", [7] = "q5_1", [8] = "q8_0", [10] = "q2_k", [11] = "q3_k", [12] = "q4_k", [13] = "q5_k", [14] = "q6_k", [20] = "iq4_nl", [23] = "iq4_xs", [30] = "bf16", [39] = "mxfp4",
    };

    internal static string Of(GgufHeader header) =>
        header.Metadata.GetValueOrDefault("general.file_type") is { Numbers: [var number, ..] } && Files.TryGetValue((int)number, out var name) ? name
        : header.Tensors.GroupBy(tensor => tensor.Type).MaxBy(group => group.Sum(tensor => tensor.Bytes)) is { } most && Tensors.TryGetValue(most.Key, out var type) ? type : "other";
}
