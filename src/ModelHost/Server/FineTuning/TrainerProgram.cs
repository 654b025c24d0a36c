using Platform.ModelHost.Engine.Work;

namespace Platform.ModelHost.Server.FineTuning;

/// <summary>The program that trains, exports, merges and converts adapters (docs/training.md): where it lies.</summary>
internal sealed class TrainerProgram(TrainingOptions options)
{
    private const string Name = "Platform.Training", Room = "Training.Worker";
    private readonly string _path = Path.GetFullPath(options.Program ?? Find());

    /// <summary>The program, to be started.</summary>
    /// <exception cref="RequestRefused">It is not there.</exception>
    public ChildProgram Program => File.Exists(_path) ? new ChildProgram(_path)
        : throw new RequestRefused(new Problem(501, "not_supported_error", "not_supported", $"The training program ({Name}) is not beside the model service. Build it (./platform build), or name it in Training:Program."));

    // Beside this program, as it is published; or where a build of the repository puts it: artifacts/bin/ModelHost.Server/<config>/ → artifacts/bin/Training.Worker/<config>/.
    private static string Find()
    {
        var name = OperatingSystem.IsWindows() ? $"{Name}.exe" : Name;
        var (home, beside) = (new DirectoryInfo(AppContext.BaseDirectory), Path.Combine(AppContext.BaseDirectory, name));
        var built = Path.Combine(home.FullName, "..", "..", Room, home.Name, name);
        return File.Exists(beside) || !File.Exists(built) ? beside : built;
    }
}
