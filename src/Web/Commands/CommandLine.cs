using System.CommandLine;

namespace Platform.Web.Commands;

/// <summary>The program's verbs: serve (the default), ask, eval, doctor, bench.</summary>
public static class CommandLine
{
    /// <summary>Runs the verb that the arguments name. Serving gets the configuration arguments that the options stand for, with everything that was not an option passed on.</summary>
    public static Task<int> RunAsync(string[] args, Func<string[], Task<int>> serve)
    {
        var root = new RootCommand("Questions answered from your own documents, on a language model on your own machine.");
        var serveCommand = ServeCommand.Create(serve);
        root.Subcommands.Add(serveCommand);
        root.Subcommands.Add(AskCommand.Create());
        root.Subcommands.Add(EvalCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());
        root.Subcommands.Add(BenchCommand.Create());
        var verb = args.Length > 0 && root.Subcommands.Any(c => c.Name == args[0]);
        var asked = args.Length > 0 && args[0] is "--help" or "-h" or "-?" or "--version";
        var parsed = root.Parse(verb || asked ? args : ["serve", .. args]);
        // The hosts handle Ctrl-C and SIGTERM themselves; a second handler would race them.
        return parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
    }
}
