using System.Collections;
using System.Text;
using System.Text.RegularExpressions;

namespace Platform.Training.Datasets.Curation;

/// <summary>Finds personal data and secrets by their form, and checks digits where the form has them. It errs on the side of leaving numbers alone: a figure of a report is no phone number.</summary>
public static partial class SensitiveText
{
    private const int CardLeast = 13, CardMost = 19, PhoneLeast = 7, IbanLeast = 15, IbanMost = 34;
    private const char FirstWide = '！', LastWide = '～';

    // Weights and check characters of GB 11643-1999.
    private static readonly int[] IdWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    private const string IdChecks = "10X98765432";

    /// <summary>All that was found, in the order of the text; none overlaps another.</summary>
    public static IReadOnlyList<SensitiveSpan> Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = Plain(text);
        Finds found = new(text.Length);
        // The surer form first: digits of an identity number are not looked at as a phone number again.
        Add(found, SensitiveKind.Secret, SecretForms().EnumerateMatches(text), text, static _ => true);
        Add(found, SensitiveKind.Secret, AssignedSecrets().Matches(text).Select(match => match.Groups["value"]), LooksRandom);
        Add(found, SensitiveKind.Email, Emails().EnumerateMatches(text), text, static _ => true);
        AddIbans(found, text);
        Add(found, SensitiveKind.SocialSecurity, SocialSecurityNumbers().EnumerateMatches(text), text, static _ => true);
        Add(found, SensitiveKind.ChineseId, IdForms().EnumerateMatches(text), text, IsChineseId);
        Add(found, SensitiveKind.Card, CardForms().EnumerateMatches(text), text, IsCard);
        Add(found, SensitiveKind.Phone, Phones().EnumerateMatches(text), text, IsPhone);
        return [.. found.Spans.OrderBy(span => span.Start)];
    }

    /// <summary>The text with each find replaced by its kind in brackets, such as [email].</summary>
    public static string Mask(string text)
    {
        var found = Find(text);
        if (found.Count == 0)
            return text;
        StringBuilder masked = new(text.Length);
        var from = 0;
        foreach (var span in found)
        {
            masked.Append(text, from, span.Start - from).Append(MaskOf(span.Kind));
            from = span.Start + span.Length;
        }
        return masked.Append(text, from, text.Length - from).ToString();
    }

    public static string MaskOf(SensitiveKind kind) => kind switch
    {
        SensitiveKind.Email => "[email]",
        SensitiveKind.Phone => "[phone]",
        SensitiveKind.Card => "[card]",
        SensitiveKind.ChineseId => "[id]",
        SensitiveKind.BankAccount => "[iban]",
        SensitiveKind.SocialSecurity => "[ssn]",
        _ => "[secret]",
    };

    /// <summary>Full-width letters, digits and signs, as Chinese texts have them, in their usual form: as many characters, so that places stay.</summary>
    private static string Plain(string text) => !text.AsSpan().ContainsAnyInRange(FirstWide, LastWide) ? text
        : string.Create(text.Length, text, static (plain, from) =>
        {
            for (var at = 0; at < from.Length; at++)
                plain[at] = from[at] is >= FirstWide and <= LastWide ? (char)(from[at] - FirstWide + '!') : from[at];
        });

    /// <summary>The check of ISO 13616: the country and its check digits at the end, letters as two digits, the rest by 97 is 1.</summary>
    internal static bool IsIban(ReadOnlySpan<char> text)
    {
        Span<char> signs = stackalloc char[IbanMost];
        var count = 0;
        foreach (var c in text)
        {
            if (c == ' ') continue;
            if (count == IbanMost) return false;
            signs[count++] = c;
        }
        if (count < IbanLeast)
            return false;
        var rest = 0;
        for (var i = 0; i < count; i++)
        {
            var sign = signs[(i + 4) % count];
            rest = char.IsAsciiDigit(sign) ? (10 * rest + sign - '0') % 97 : (100 * rest + sign - 'A' + 10) % 97;
        }
        return rest == 1;
    }

    /// <summary>Luhn's check over 13 to 19 digits that are not all the same; spaces and hyphens between them do not count.</summary>
    internal static bool IsCard(ReadOnlySpan<char> text)
    {
        Span<int> digits = stackalloc int[CardMost];
        var count = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c)) continue;
            if (count == CardMost) return false;
            digits[count++] = c - '0';
        }
        if (count < CardLeast || digits[..count].IndexOfAnyExcept(digits[0]) < 0)
            return false;
        var sum = 0;
        for (var i = 0; i < count; i++)
        {
            var digit = digits[count - 1 - i];
            sum += i % 2 == 0 ? digit : digit < 5 ? 2 * digit : 2 * digit - 9;
        }
        return sum % 10 == 0;
    }

    /// <summary>So many digits as a number with a country's code has at least: "+12.50" is a figure.</summary>
    private static bool IsPhone(ReadOnlySpan<char> text)
    {
        var digits = 0;
        foreach (var c in text)
            if (char.IsAsciiDigit(c)) digits++;
        return digits >= PhoneLeast;
    }

    /// <summary>Resident identity number of China: 17 digits with a date of birth in them, and a check character.</summary>
    internal static bool IsChineseId(ReadOnlySpan<char> text)
    {
        if (text.Length != IdWeights.Length + 1 || !DateOnly.TryParseExact(text.Slice(6, 8), "yyyyMMdd", out _))
            return false;
        var sum = 0;
        for (var i = 0; i < IdWeights.Length; i++)
            sum += (text[i] - '0') * IdWeights[i];
        return char.ToUpperInvariant(text[^1]) == IdChecks[sum % IdChecks.Length];
    }

    // A value beside "password" is often a word about passwords; what is random has digits and letters, or is long.
    private static bool LooksRandom(ReadOnlySpan<char> value) => value.ContainsAnyInRange('0', '9') && (value.ContainsAnyInRange('a', 'z') || value.ContainsAnyInRange('A', 'Z'));

    private delegate bool Check(ReadOnlySpan<char> text);

    // The groups of an account number do not say where it ends: a currency, a year or a bank's code in capitals may follow.
    private static void AddIbans(Finds found, string text)
    {
        for (var match = Ibans().Match(text); match.Success;)
        {
            var length = match.Length;
            while (length >= IbanLeast && !IsIban(text.AsSpan(match.Index, length)))
                length = text.LastIndexOf(' ', match.Index + length - 1, length) - match.Index;
            if (length < IbanLeast)
                length = 0;
            else
                found.Add(new(SensitiveKind.BankAccount, match.Index, length));
            match = Ibans().Match(text, match.Index + Math.Max(length, 1));
        }
    }

    private static void Add(Finds found, SensitiveKind kind, Regex.ValueMatchEnumerator matches, string text, Check check)
    {
        foreach (var match in matches)
            if (check(text.AsSpan(match.Index, match.Length)))
                found.Add(new(kind, match.Index, match.Length));
    }

    private static void Add(Finds found, SensitiveKind kind, IEnumerable<Group> matches, Check check)
    {
        foreach (var match in matches)
            if (check(match.ValueSpan))
                found.Add(new(kind, match.Index, match.Length));
    }

    // What was found, none over another; characters are marked, so that a text full of finds costs no more than its length.
    private sealed class Finds(int length)
    {
        private readonly BitArray taken = new(length);

        public List<SensitiveSpan> Spans { get; } = [];

        public void Add(SensitiveSpan span)
        {
            for (var at = span.Start; at < span.Start + span.Length; at++)
                if (taken[at]) return;
            for (var at = span.Start; at < span.Start + span.Length; at++)
                taken[at] = true;
            Spans.Add(span);
        }
    }

    [GeneratedRegex(@"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@[A-Za-z0-9](?:[A-Za-z0-9\-]{0,62}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])")]
    private static partial Regex Emails();

    // Keys whose issuers give them a form: OpenAI, Anthropic, GitHub, GitLab, AWS, Google, Slack, Hugging Face, our own, JSON web tokens, PEM: up to its end mark, however its lines are quoted or escaped; where that was cut off, headers and lines of base 64.
    [GeneratedRegex(@"(?<![A-Za-z0-9])(?:sk-[A-Za-z0-9_\-]{16,200}|pk-[A-Za-z0-9]{40}|gh[pousr]_[A-Za-z0-9]{30,100}|github_pat_[A-Za-z0-9_]{20,100}|glpat-[A-Za-z0-9_\-]{16,64}|(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[A-Za-z0-9_\-]{30,45}|xox[abprs]-[A-Za-z0-9\-]{10,200}|hf_[A-Za-z0-9]{20,64}|eyJ[A-Za-z0-9_\-]{8,4000}\.eyJ[A-Za-z0-9_\-]{8,4000}\.[A-Za-z0-9_\-]{8,1000})(?![A-Za-z0-9])|-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:[\s\S]{0,16000}?-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|(?:(?:\s|\\[rn]|[""'+>|]){0,24}(?:(?:Proc-Type|DEK-Info|Version|Comment): ?[^\r\n\\]{1,120}|[A-Za-z0-9+/=]{16,128})){0,200})")]
    private static partial Regex SecretForms();

    [GeneratedRegex(@"(?i:password|passwd|pwd|secret|token|api[_\- ]?key|access[_\- ]?key|密码|口令|密钥)[""']?\s{0,3}(?:[:=：]|是|为|\bis\b)\s{0,3}[""']?(?<value>[A-Za-z0-9!@#$%^&*_+/=.\-]{8,200})")]
    private static partial Regex AssignedSecrets();

    [GeneratedRegex(@"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")]
    private static partial Regex IdForms();

    [GeneratedRegex(@"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?:[0-9A-Z]{11,30}|(?: [0-9A-Z]{4}){2,7}(?: [0-9A-Z]{1,3})?)(?![0-9A-Za-z])")]
    private static partial Regex Ibans();

    // Areas 000, 666 and 900 on, the group 00 and the number 0000 are not given out.
    [GeneratedRegex(@"(?<![0-9A-Za-z])(?<![0-9][.\-])(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![0-9A-Za-z]|[.\-][0-9])")]
    private static partial Regex SocialSecurityNumbers();

    // After a plus stands a number of a phone. A point or a hyphen with a digit before it makes a number the part of a longer one; a comma does not, for figures have at most three digits between commas.
    [GeneratedRegex(@"(?<![0-9A-Za-z+])(?<![0-9][.\-])[0-9](?:[ \-]?[0-9]){12,18}(?![0-9A-Za-z]|[.\-][0-9])")]
    private static partial Regex CardForms();

    // Mobile and fixed lines of China, numbers with a country's code, and ten digits written in groups as in North America.
    [GeneratedRegex(@"(?<![0-9A-Za-z+])(?<![0-9][.\-])(?:(?:\+?86[ \-]?)?1[3-9][0-9](?:[ \-]?[0-9]{4}){2}|0[1-9][0-9]{1,2}[ \-][0-9]{7,8}|\+[1-9][0-9]{0,2}(?:[ .\-]?\(?[0-9]{1,4}\)?){2,5}|(?:1[ \-])?\([2-9][0-9]{2}\) ?[0-9]{3}[ .\-][0-9]{4}|(?:1[ .\-])?[2-9][0-9]{2}([.\-])[0-9]{3}\1[0-9]{4})(?![0-9A-Za-z]|[.\-][0-9])")]
    private static partial Regex Phones();
}
