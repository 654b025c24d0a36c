using System.Text.Json.Serialization;

namespace Platform.Training.Datasets.Curation;

/// <summary>What is doubtful about a row. A concern removes nothing: people decide. Stored by name: append only.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QualityConcern>))]
public enum QualityConcern { EmptyAnswer, ShortAnswer, RepeatsItself, RepeatsQuestion, Refusal, Garbled, LanguageDiffers, CutOff, SensitiveData, NearDuplicate }
