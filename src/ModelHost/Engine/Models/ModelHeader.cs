using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Models;

/// <summary>The one way to read a model file's header, and to tell why it cannot be used: by the model's id, as paths are none of a caller's business.</summary>
internal static class ModelHeader
{
    /// <exception cref="GgufException">It is refused.</exception>
    /// <exception cref="IOException">It cannot be read; UnauthorizedAccessException and NotSupportedException too.</exception>
    internal static GgufHeader Read(string path)
    {
        var header = GgufReader.Read(path);
        GgufCheck.Run(header);
        return header;
    }

    /// <summary>Whether an exception speaks of the file.</summary>
    internal static bool IsFault(Exception fault) => fault is GgufException or IOException or UnauthorizedAccessException or NotSupportedException; // the last of what is no file, as a pipe

    internal static string Reason(Exception fault) => fault is GgufException ? fault.Message : "Its file cannot be read.";

    internal static EngineException Refusal(string id, Exception fault) => new(EngineErrorKind.InvalidModelFile, $"The model '{id}' cannot be used: {Reason(fault)}", fault);
}
