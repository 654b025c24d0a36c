using System.Xml;

namespace Platform.Retrieval.Reading.Office;

/// <summary>Steps through untrusted XML.</summary>
internal static class XmlReading
{
    /// <summary>The next node; throws IngestException when elements are nested too deeply.</summary>
    public static bool ReadSafely(this XmlReader reader)
    {
        if (!reader.Read()) return false;
        if (reader.Depth > ReaderLimits.Depth) throw ZipDirectory.Bomb($"XML elements more than {ReaderLimits.Depth} deep");
        return true;
    }

    /// <summary>An attribute by local name, in whatever namespace (strict and transitional Office files differ).</summary>
    public static string? Attribute(this XmlReader reader, string localName)
    {
        if (!reader.HasAttributes) return null;
        string? value = null;
        while (value is null && reader.MoveToNextAttribute())
        {
            if (reader.LocalName == localName) value = reader.Value;
        }
        reader.MoveToElement();
        return value;
    }

    /// <summary>The attribute "val" of an on/off element: present without a value means on.</summary>
    public static bool IsOn(this XmlReader reader) => reader.Attribute("val") is not ("0" or "false" or "off");

    public static int Number(this XmlReader reader, string attribute, int otherwise) => int.TryParse(reader.Attribute(attribute), out var number) ? number : otherwise;
}
