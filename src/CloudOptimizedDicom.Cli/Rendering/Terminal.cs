using System.Text;
using Spectre.Console;

namespace CloudOptimizedDicom.Cli.Rendering;

/// <summary>Output for people.</summary>
internal static class Terminal
{
    private static readonly IAnsiConsole Errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    public static void WriteError(string message) => Errors.MarkupLineInterpolated($"[red]{Printable(message)}[/]");

    /// <summary>A title and the fields that have a value, one a line.</summary>
    public static void WriteFields(string title, IEnumerable<(string Name, string? Value)> fields)
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]{Printable(title)}[/]");
        foreach ((string name, string? value) in fields)
        {
            if (value is not null)
            {
                AnsiConsole.Profile.Out.Writer.WriteLine($"  {name,-20} {Printable(value)}");
            }
        }
    }

    /// <summary>
    /// Text from a file in a form that cannot steer the terminal: control characters as their pictures (U+2400 and on).
    /// </summary>
    public static string Printable(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        var printable = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            printable.Append(c switch
            {
                '\r' or '\n' or '\t' => ' ',
                < ' ' => (char)('\u2400' + c),
                '\u007F' => '\u2421',
                _ when char.IsControl(c) => '\uFFFD',
                _ => c,
            });
        }

        return printable.ToString();
    }
}
