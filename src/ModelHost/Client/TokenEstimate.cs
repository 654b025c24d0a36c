namespace Platform.ModelHost.Client;

/// <summary>A guess at tokens for services that do not count: one a character of Chinese, Japanese or Korean, one for three of anything else. It is meant to be too high rather than too low.</summary>
public static class TokenEstimate
{
    public static int Of(string text)
    {
        var wide = text.Count(letter => letter is >= '\u2E80' and <= '\uD7FF' or >= '\uF900' and <= '\uFAFF' or >= '\uFF00' and <= '\uFFEF');
        return wide + ((text.Length - wide + 2) / 3);
    }
}
