using Markdig;
using Markdig.Helpers;
using Markdig.Parsers;

namespace Platform.Retrieval.Reading;

/// <summary>Markdig takes no token: two parsers of ours that never match are asked at every block and every mark, and stop it there when the caller has cancelled.</summary>
internal static class MarkdownStop
{
    private static readonly object Key = new();

    public static MarkdownPipelineBuilder UseStop(this MarkdownPipelineBuilder builder)
    {
        builder.BlockParsers.Insert(0, new AtBlocks());
        builder.InlineParsers.Insert(0, new AtMarks());
        return builder;
    }

    public static MarkdownParserContext With(CancellationToken cancellation)
    {
        MarkdownParserContext context = new();
        context.Properties[Key] = cancellation;
        return context;
    }

    private static void Check(MarkdownParserContext? context)
    {
        if (context?.Properties.TryGetValue(Key, out object? token) == true)
        {
            ((CancellationToken)token!).ThrowIfCancellationRequested();
        }
    }

    private sealed class AtBlocks : BlockParser
    {
        public override BlockState TryOpen(BlockProcessor processor)
        {
            Check(processor.Context);
            return BlockState.None;
        }
    }

    private sealed class AtMarks : InlineParser
    {
        public AtMarks() => OpeningCharacters = ['[', ']', '!', '<', '*', '_', '~', '`', '|', '&', '\\', '\n'];

        public override bool Match(InlineProcessor processor, ref StringSlice slice)
        {
            Check(processor.Context);
            return false;
        }
    }
}
