using System.Text.Json.Serialization;

namespace Platform.Training.Datasets;

/// <summary>Whether a row may be learned from: only what a person approved is. Stored by number: append only.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RowStatus>))]
public enum RowStatus { New, Approved, Rejected }
