using System.Globalization;
using CloudOptimizedDicom.TestProcess.Steps;

namespace CloudOptimizedDicom.TestProcess.Soak;

/// <summary>One process of a soak: does round after round as standard input says, and tells on standard output what it does.</summary>
internal static class SoakProcess
{
    public static async Task<int> RunAsync(string role, string id, string store, string copies, string scratch, string endpoint)
    {
        var settings = new SoakSettings(int.Parse(id, CultureInfo.InvariantCulture), store, copies, scratch, endpoint);
        var output = new SoakOutput(Console.Out);
        ISoakRole actor = role switch
        {
            "writer" => new SoakWriter(settings, output),
            "reader" => new SoakReader(output),
            "mender" => new SoakMender(output),
            _ => throw new ArgumentException($"{role} is not a role.", nameof(role)),
        };
        while (Console.ReadLine() is { } line)
        {
            await RunRoundAsync(actor, settings, output, SoakCommand.Parse(line));
        }

        return 0;
    }

    private static async Task RunRoundAsync(ISoakRole actor, SoakSettings settings, SoakOutput output, SoakCommand command)
    {
        var steps = new StepCounter(command.Fate, () => StallAsync(output));
        int read;

        // Connections are closed before the round is said to be finished.
        using (var handler = new StepHandler(steps))
        {
            await using CodDatastore store = await settings.OpenAsync(settings.Store, steps, handler);
            await using CodDatastore copies = await settings.OpenAsync(settings.Copies, steps, handler);
            read = await WorkAsync(actor, store, copies, output, command);
        }

        steps.Settle();
        output.Finished(steps.Counts, read);
    }

    private static async Task<int> WorkAsync(ISoakRole actor, CodDatastore store, CodDatastore copies, SoakOutput output, SoakCommand command)
    {
        var random = new Random(command.Seed);
        int read = 0;
        for (int operation = 0; operation < command.Operations; operation++)
        {
            try
            {
                int series = random.Next(3) > 0 ? command.Series : random.Next(SoakSettings.SeriesCount);
                read += await actor.WorkAsync(store, copies, series, random);
            }
            catch (CodException error) when (actor.MayFailWith(error))
            {
                output.Refused(error);
            }
            catch (Exception error)
            {
                output.Wrong(-1, error.ToString());
            }
        }

        return read;
    }

    private static async Task StallAsync(SoakOutput output)
    {
        output.Stalled();
        if (await Console.In.ReadLineAsync() != SoakCommand.GoOn)
        {
            // Nobody is there any more who could tell.
            Environment.Exit(0);
        }
    }
}
