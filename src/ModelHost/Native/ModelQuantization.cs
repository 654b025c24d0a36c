using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.ModelHost.Native;

/// <summary>Writes a model file again with its weights in another number format.</summary>
public static partial class ModelQuantization
{
    /// <summary>Reads one GGUF that GgufCheck has passed and writes another. llama.cpp may end the process: call it where that harms nobody.</summary>
    /// <param name="format">llama.cpp's number of the format (llama_ftype), such as 7 for q8_0.</param>
    /// <param name="threads">1 and up; 0 takes llama.cpp's own choice.</param>
    /// <param name="progress">Told the share that is done, 0 to 1, from llama.cpp's thread.</param>
    /// <exception cref="NativeCallException">llama.cpp refused or could not write; the message carries its reason.</exception>
    public static unsafe void Run(string source, string target, int format, int threads, Action<double> progress)
    {
        var parameters = Llama.llama_model_quantize_default_params();
        (parameters.ftype, parameters.nthread, parameters.allow_requantize) = (format, threads, true); // who may requantise what is decided before
        var (before, last) = (NativeLog.Sink, "");
        NativeLog.ForgetErrors();
        try
        {
            NativeLog.Sink = (level, line) =>
            {
                last = line;
                before?.Invoke(level, line);
                if (Share(line) is { } share) { progress(share); }
            };
            var code = Llama.llama_model_quantize(source, target, &parameters);
            if (code != 0) { throw new NativeCallException($"{NativeLog.Errors} {last}".Trim(), (int)code); }
        }
        finally
        {
            NativeLog.Sink = before;
        }
    }

    /// <summary>llama.cpp tells how far it is only in its log: `[  12/ 291] blk.0.attn_k.weight …`.</summary>
    internal static double? Share(string line)
    {
        var match = Place().Match(line);
        return match.Success && double.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) is > 0 and var all
            ? Math.Clamp(double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) / all, 0, 1) : null;
    }

    [GeneratedRegex(@"^\[ *(\d{1,9})/ *(\d{1,9})\]")]
    private static partial Regex Place();
}
