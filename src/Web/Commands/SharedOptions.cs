using System.CommandLine;
using Platform.Web.Features.Models;
using Platform.Web.Host;

namespace Platform.Web.Commands;

/// <summary>Options that several verbs take.</summary>
internal static class SharedOptions
{
    internal static Option<DirectoryInfo?> Data(string byDefault) => new("--data") { Description = $"Folder where everything is kept (default {byDefault})." };

    internal static Option<string?> Model() => new("--model") { Description = "Chat model: a .gguf file, or hf:owner/repo/file.gguf." };

    /// <summary>Where everything is kept: the option, else what the environment says, else ./data.</summary>
    internal static string DataFolderOf(DirectoryInfo? given) =>
        given?.FullName ?? DataFolderAtStart.PathOf(new ConfigurationBuilder().AddEnvironmentVariables().Build());

    private const int Listed = 20;

    /// <summary>Why a path is no model's file, in a sentence; of a folder it is told what there is to be named in its place.</summary>
    internal static string NoModel(string path)
    {
        if (!Directory.Exists(path))
        {
            return $"The model file {path} does not exist. Name a .gguf file, or hf:owner/repo/file.gguf.";
        }
        string[] files;
        try
        {
            files = [.. Directory.EnumerateFiles(path, "*.gguf").Order(StringComparer.Ordinal)];
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return $"{path} is a folder, and cannot be read. Name a .gguf file, or hf:owner/repo/file.gguf.";
        }
        return files.Length == 0 ? $"{path} is a folder, and holds no .gguf file. Name one, or hf:owner/repo/file.gguf."
            : $"{path} is a folder. Name one of the files in it:{string.Concat(files.Take(Listed).Select(file => $"\n  {file}"))}{(files.Length > Listed ? $"\n  and {files.Length - Listed} more" : "")}";
    }

    /// <summary>The setting that a model argument stands for: a file's path, or a hub's name; null after saying on standard error that there is no such file.</summary>
    internal static async Task<(string Key, string Value)?> ModelSettingAsync(string wanted)
    {
        if (HubModel.IsNamed(wanted))
        {
            if (HubFile.TryRead(wanted, out _))
            {
                return (HubModel.Setting, wanted);
            }
            await Console.Error.WriteLineAsync($"platform: '{wanted}' is not of the form hf:owner/repo/file.gguf. Copy the names from the model's page on the hub.");
            return null;
        }
        var path = Path.GetFullPath(wanted);
        if (File.Exists(path))
        {
            return ("Models:Chat", path);
        }
        await Console.Error.WriteLineAsync($"platform: {NoModel(path)}");
        return null;
    }
}
