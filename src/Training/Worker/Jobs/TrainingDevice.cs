namespace Platform.Training.Jobs;

/// <summary>Where a job is computed. The names stand in job files: append only.</summary>
public enum TrainingDevice
{
    Cpu, Gpu,
}
