using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Calculating;

/// <summary>
/// Reads and evaluates an expression in one pass, by recursive descent. Sums, then products, then signs, then powers (which go right to left), then per cent. Both languages' signs are read.
/// A comma between groups of three digits groups them, unless it stands among the arguments of a function.
/// </summary>
internal sealed class Calculation
{
    public const int MaxCharacters = 1_000;

    private const int MaxDepth = 64, MaxExponent = 10_000;

    private readonly string text;
    private readonly List<Range> places = [];
    private int at, depth, inFunction;

    private Calculation(string text) => this.text = text;

    /// <summary>Throws CalculationException when it has no value.</summary>
    public static CalculatedNumber Of(string expression) => Read(expression).Value;

    /// <summary>The expression without the decimal places of round(…, 2): the numbers in it are those that its value comes of. Throws CalculationException when it has none.</summary>
    public static string Inputs(string expression)
    {
        var inputs = expression.ToCharArray();
        foreach (var of in Read(expression).Calculation.places)
            inputs.AsSpan(of).Fill(' ');
        return new(inputs);
    }

    private static (CalculatedNumber Value, Calculation Calculation) Read(string expression)
    {
        if (expression.Length > MaxCharacters)
            throw new CalculationException(texts => texts.ExpressionTooLong(expression.Length, MaxCharacters));
        Calculation calculation = new(Folded(expression));
        var value = calculation.Sum();
        calculation.Spaces();
        if (calculation.at < calculation.text.Length)
            throw calculation.Unexpected(texts => texts.WantedOperatorOrEnd);
        return (value, calculation);
    }

    /// <summary>Full-width and typographic signs as plain ones, character for character, so that places stay true.</summary>
    private static string Folded(string expression) => string.Create(expression.Length, expression, static (folded, given) =>
    {
        for (var i = 0; i < given.Length; i++)
        {
            folded[i] = given[i] switch
            {
                '×' or '·' or '✕' or '＊' => '*',
                '÷' or '／' => '/',
                '−' or '–' or '－' => '-',
                '％' => '%',
                '，' or '、' => ',',
                '\u00A0' or '\u202F' or '\u3000' => ' ',
                >= '！' and <= '～' and var wide => (char)(wide - 0xFEE0),
                var plain => plain,
            };
        }
    });

    private CalculatedNumber Sum()
    {
        if (++depth > MaxDepth)
            throw new CalculationException(texts => texts.ExpressionTooDeep(MaxDepth), at);
        var value = Product();
        while (true)
        {
            Spaces();
            var place = at;
            if (Take('+'))
                value = Arithmetic.Add(value, Product(), place);
            else if (Take('-'))
                value = Arithmetic.Subtract(value, Product(), place);
            else
                break;
        }
        depth--;
        return value;
    }

    private CalculatedNumber Product()
    {
        var value = Signed();
        while (true)
        {
            Spaces();
            var place = at;
            if (Take('*') || TakeWord("of"))
                value = Arithmetic.Multiply(value, Signed(), place);
            else if (Take('/'))
                value = Arithmetic.Divide(value, Signed(), place);
            else if (TakeWord("mod") || Take('%'))
                value = Arithmetic.Remainder(value, Signed(), place);
            else
                return value;
        }
    }

    private CalculatedNumber Signed()
    {
        var isNegative = false;
        for (Spaces(); at < text.Length && text[at] is '+' or '-'; Spaces())
            isNegative ^= text[at++] == '-';
        var value = Power();
        return isNegative ? CalculatedNumber.Negate(value) : value;
    }

    private CalculatedNumber Power()
    {
        var value = PerCent();
        Spaces();
        var place = at;
        if (!Take('^') && !TakeTwice('*'))
            return value;
        if (++depth > MaxDepth)
            throw new CalculationException(texts => texts.ExpressionTooDeep(MaxDepth), at);
        var exponent = Signed();
        depth--;
        return Arithmetic.Power(value, exponent, place, MaxExponent);
    }

    /// <summary>A sign % is per cent unless an operand follows it: 12% of 50, but 12 % 5.</summary>
    private CalculatedNumber PerCent()
    {
        var value = Operand();
        for (Spaces(); at < text.Length && text[at] == '%' && !OperandFollows(at + 1); Spaces())
        {
            at++;
            value = Arithmetic.Divide(value, CalculatedNumber.Of(100m), at);
        }
        return value;
    }

    private bool OperandFollows(int from)
    {
        while (from < text.Length && text[from] == ' ')
            from++;
        return from < text.Length && (char.IsAsciiDigit(text[from]) || text[from] is '.' or '(' || char.IsAsciiLetter(text[from]) && !WordAt("of", from) && !WordAt("mod", from));
    }

    private CalculatedNumber Operand()
    {
        Spaces();
        if (at >= text.Length)
            throw new CalculationException(texts => texts.EndsEarly, at);
        if (Take('('))
        {
            var outer = inFunction;
            inFunction = 0;
            var value = Sum();
            Close();
            inFunction = outer;
            return value;
        }
        if (char.IsAsciiLetter(text[at]) || text[at] is 'π' or '√')
            return Named();
        return char.IsAsciiDigit(text[at]) || text[at] == '.' ? Number() : throw Unexpected(texts => texts.WantedNumber);
    }

    private CalculatedNumber Number()
    {
        var start = at;
        return NumberText.Read(text, ref at, grouped: inFunction == 0) ?? throw new CalculationException(texts => texts.NoNumber(ShortText.Of(text[start..], 20)), start);
    }

    private CalculatedNumber Named()
    {
        var start = at;
        if (text[at] is 'π' or '√')
            at++;
        else
            while (at < text.Length && char.IsAsciiLetterOrDigit(text[at]))
                at++;
        var name = text[start..at].ToLowerInvariant();
        Spaces();
        if (name == "√" && at < text.Length && text[at] != '(')
            return CalculationFunctions.Call("sqrt", [Operand()], start);
        if (!Take('('))
            return CalculationFunctions.Constant(name) ?? throw new CalculationException(texts => texts.UnknownName(ShortText.Of(name, 20)), start);
        List<CalculatedNumber> arguments = [];
        var last = at;
        inFunction++;
        do
        {
            last = at;
            arguments.Add(Sum());
        }
        while (Take(','));
        inFunction--;
        if (name == "round" && arguments.Count == 2)
            places.Add((last - 1)..at); // with its comma
        Close();
        return CalculationFunctions.Call(name, arguments, start);
    }

    private void Close()
    {
        Spaces();
        if (!Take(')'))
            throw at < text.Length ? Unexpected(texts => texts.WantedOperatorOrClose) : new CalculationException(texts => texts.CloseMissing, at);
    }

    private CalculationException Unexpected(Func<ToolTexts, string> wanted)
    {
        var there = ShortText.Of(text[at..], 20);
        return new(texts => texts.ButThereIs(wanted(texts), there), at);
    }

    private void Spaces()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
    }

    private bool Take(char sign)
    {
        // Two stars are a power, never a product.
        if (at >= text.Length || text[at] != sign || (sign == '*' && at + 1 < text.Length && text[at + 1] == '*'))
            return false;
        at++;
        return true;
    }

    private bool TakeTwice(char sign)
    {
        if (at + 1 >= text.Length || text[at] != sign || text[at + 1] != sign)
            return false;
        at += 2;
        return true;
    }

    private bool TakeWord(string word)
    {
        if (!WordAt(word, at))
            return false;
        at += word.Length;
        return true;
    }

    private bool WordAt(string word, int from) =>
        string.Compare(text, from, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0 && (from + word.Length >= text.Length || !char.IsAsciiLetterOrDigit(text[from + word.Length]));
}
