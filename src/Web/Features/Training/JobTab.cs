namespace Platform.Web.Features.Training;

/// <summary>Parts of a job's page.</summary>
public enum JobTab { Charts, Answers, Samples, Rows, Config, Log, Checkpoints }
