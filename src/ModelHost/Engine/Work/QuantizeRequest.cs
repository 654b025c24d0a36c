namespace Platform.ModelHost.Engine.Work;

/// <summary>A model to be written in a smaller number format.</summary>
/// <param name="Owner">Who the memory is promised to.</param>
/// <param name="To">q8_0, q6_k, q5_k_m, q4_k_m, q4_0, f16 or bf16.</param>
/// <param name="Name">Id of the new model; null takes the old one's with the format behind it.</param>
public sealed record QuantizeRequest(string Owner, string ModelId, string To, string? Name);

/// <param name="ModelId">The new model, which lies in the models' folder.</param>
/// <param name="Sha256">Of its file.</param>
/// <param name="IsRequantized">True when the weights had been quantised before.</param>
public sealed record QuantizeResult(string ModelId, long BytesBefore, long BytesAfter, string Sha256, bool IsRequantized);
