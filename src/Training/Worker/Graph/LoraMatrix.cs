using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>What is trained of one projection: A [in, rank] and B [rank, out] with their gradients and the optimiser's moments.</summary>
/// <param name="Name">Of the matrix that it changes, as in the model's file.</param>
/// <param name="DropoutMask">[in], written before each computation; null without dropout.</param>
public sealed record LoraMatrix(string Name, TrainedTensor A, TrainedTensor B, Tensor? DropoutMask);

/// <summary>One trained tensor.</summary>
/// <param name="Gradient">Summed over micro-batches until it is cleared; carries the loss scale.</param>
public sealed record TrainedTensor(string Name, Tensor Value, Tensor Gradient, Tensor FirstMoment, Tensor SecondMoment);
