namespace Platform.ModelHost.Engine.Work;

/// <summary>Work on model files, each in a process of its own.</summary>
/// <param name="Quantize">Writes models in smaller number formats.</param>
/// <param name="Measure">Measures models on texts.</param>
/// <param name="Merge">Makes models of bases and adapters.</param>
/// <param name="Convert">Takes in adapters that PEFT saved.</param>
public sealed record ModelWork(QuantizeModel Quantize, MeasureModel Measure, MergeModel Merge, ConvertAdapter Convert);
