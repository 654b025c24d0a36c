using System.Text;

namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>Cuts a file that is one JSON array into its items, sign by sign: never more than an item is in memory. What is wrong inside of one shows when it is read as a row.</summary>
internal static class ArrayItems
{
    /// <param name="sign">The next sign of the file; below 0 at its end. The number is the item's, from 1.</param>
    /// <param name="longest">Characters of an item.</param>
    /// <exception cref="RowFault">The array does not end, something stands behind it, or an item is too long.</exception>
    public static IEnumerable<RowLine> Read(Func<int, int> sign, int longest)
    {
        Visible(sign, 1); // the bracket
        for (var number = 1; ; number++)
        {
            var begun = Visible(sign, number);
            if (begun == ']' && number == 1)
            {
                break;
            }

            var (text, end) = Item(sign, begun, number, longest);
            yield return new RowLine(number, text, IsItem: true);
            if (end == ']')
            {
                break;
            }
        }

        if (Visible(sign, 0) >= 0)
        {
            throw new RowFault("The file is one JSON array, and something stands behind its end. Write one array, or one object a line.");
        }
    }

    /// <summary>An item up to the comma or the bracket behind it.</summary>
    private static (string Text, int End) Item(Func<int, int> sign, int begun, int number, int longest)
    {
        var text = new StringBuilder();
        var (depth, isText, isEscaped) = (0, false, false);
        for (var next = begun; next >= 0; next = sign(number))
        {
            if (!isText && depth == 0 && next is ',' or ']')
            {
                return (text.ToString(), next);
            }

            if (text.Length == longest)
            {
                throw new RowFault($"Item {number} of the array has more than {longest:N0} characters.");
            }

            text.Append((char)next);
            depth += isText ? 0 : next is '{' or '[' ? 1 : next is '}' or ']' ? -1 : 0;
            (isText, isEscaped) = (isText ? isEscaped || next != '"' : next == '"', isText && !isEscaped && next == '\\');
        }

        throw new RowFault($"The file is one JSON array that ends within its item {number}. It was cut off; send it anew.");
    }

    private static int Visible(Func<int, int> sign, int number)
    {
        int next;
        do
        {
            next = sign(number);
        }
        while (next >= 0 && char.IsWhiteSpace((char)next));
        return next;
    }
}
