using System.Text;
using Spectre.Console;

namespace CloudOptimizedDicom.Cli.Rendering;

/// <summary>Output for people.</summary>
internal static class Terminal
{
    /// <summary>A line as long as it needs to be: what is redirected is read by programs, which do not want it folded.</summary>
    private const int RedirectedWidth = 1_000_000;

    public static IAnsiConsole Output { get; } = Create(Console.Out, Console.IsOutputRedirected);

    public static IAnsiConsole Errors { get; } = Create(Console.Error, Console.IsErrorRedirected);

    public static void WriteLine(string line) => Output.Profile.Out.Writer.WriteLine(Printable(line));

    public static void WriteError(string message)
    {
        string shown = Printable(RedactedUri.RedactText(message));
        if (Console.IsErrorRedirected)
        {
            // Folding a long line takes time that grows with its square, and here nobody wants it folded.
            Errors.Profile.Out.Writer.WriteLine(shown);
            return;
        }

        Errors.MarkupLineInterpolated($"[red]{shown}[/]");
    }

    /// <summary>A title and the fields that have a value, one a line.</summary>
    public static void WriteFields(string title, IEnumerable<(string Name, string? Value)> fields)
    {
        Output.MarkupLineInterpolated($"[bold]{Printable(title)}[/]");
        foreach ((string name, string? value) in fields)
        {
            if (value is not null)
            {
                Output.Profile.Out.Writer.WriteLine($"  {name,-20} {Printable(value)}");
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

    private static IAnsiConsole Create(TextWriter writer, bool isRedirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (isRedirected)
        {
            console.Profile.Width = RedirectedWidth;
        }

        return console;
    }
}
