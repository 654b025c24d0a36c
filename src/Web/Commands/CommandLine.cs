using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace Platform.Web.Commands;

/// <summary>The program's verbs: up (the default, also called serve), ask, eval, train, mcp, doctor, bench.</summary>
public static class CommandLine
{
    /// <summary>Runs the verb that the arguments name. Serving gets the configuration arguments that the options stand for, with everything that was not an option passed on.</summary>
    public static Task<int> RunAsync(string[] args, Func<string[], Task<int>> serve)
    {
        // Not a RootCommand: that one calls itself after the program's file, which nobody types.
        var root = new Command("./platform", "Questions answered from your own documents, on a language model on your own machine.") { new HelpOption(), new VersionOption() };
        var serveCommand = ServeCommand.Create(serve);
        root.Subcommands.Add(serveCommand);
        root.Subcommands.Add(AskCommand.Create());
        root.Subcommands.Add(EvalCommand.Create());
        root.Subcommands.Add(TrainCommand.Create());
        root.Subcommands.Add(McpCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());
        root.Subcommands.Add(BenchCommand.Create());
        var verb = args.Length > 0 && root.Subcommands.Any(c => c.Name == args[0] || c.Aliases.Contains(args[0]));
        var asked = args.Length > 0 && args[0] is "--help" or "-h" or "-?" or "--version";
        var parsed = root.Parse(verb || asked ? args : ["serve", .. args]);
        if (parsed.CommandResult.Command != serveCommand && UnknownOption(parsed) is { } unknown)
        {
            Console.Error.WriteLine($"platform: '{unknown}' is no option. `./platform {parsed.CommandResult.Command.Name} --help` lists those that there are.");
            return Task.FromResult(1);
        }
        // The hosts handle Ctrl-C and SIGTERM themselves; a second handler would race them.
        return parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
    }

    // The parser takes it for the value of an argument, and then blames that.
    private static string? UnknownOption(ParseResult parsed) =>
        parsed.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash).FirstOrDefault(t => t.Type == TokenType.Argument && t.Value.StartsWith("--", StringComparison.Ordinal))?.Value;
}
