/** Speaking instead of typing, where the browser has it (Web Speech API). The browser may send the sound to its maker. */

interface RecognitionEvent {
  readonly results: ArrayLike<ArrayLike<{ readonly transcript: string }> & { readonly isFinal: boolean }>;
}

/** The part of the browsers' `SpeechRecognition` that is used here; TypeScript does not have it. */
interface Recognition {
  lang: string;
  interimResults: boolean;
  onresult: ((event: RecognitionEvent) => void) | null;
  onerror: ((event: { readonly error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  abort(): void;
}

type RecognitionClass = new () => Recognition;

export interface ListenOptions {
  /** What was understood so far, and whether that is all. */
  readonly onText: (text: string, final: boolean) => void;
  /** Always comes, once; with a caption for people when it went wrong. */
  readonly onEnd: (problem?: string) => void;
}

const PROBLEMS: Readonly<Record<string, string>> = {
  'not-allowed': 'The microphone is not allowed here. The address bar of the browser has a switch for it.',
  'audio-capture': 'No microphone was found.',
  'no-speech': 'Nothing was heard.',
  network: 'The browser cannot reach what understands speech.',
};

function recognitionClass(): RecognitionClass | undefined {
  const { SpeechRecognition, webkitSpeechRecognition } = globalThis as {
    SpeechRecognition?: RecognitionClass;
    webkitSpeechRecognition?: RecognitionClass;
  };
  return SpeechRecognition ?? webkitSpeechRecognition;
}

export function canListen(): boolean {
  return recognitionClass() !== undefined;
}

/** Listens for one caption. @returns a function that stops it */
export function listen({ onText, onEnd }: ListenOptions): () => void {
  const recognition = new (recognitionClass()!)();
  let problem: string | undefined;
  recognition.lang = 'en'; // what the encoders have learned
  recognition.interimResults = true;
  recognition.onresult = ({ results }) => {
    const parts = Array.from(results);
    onText(
      parts.map((part) => part[0]!.transcript).join(' '),
      parts.every((part) => part.isFinal),
    );
  };
  recognition.onerror = ({ error }) => {
    if (error !== 'aborted') problem = PROBLEMS[error] ?? `Speech cannot be understood here (${error}).`;
  };
  recognition.onend = () => onEnd(problem);
  recognition.start();
  return () => recognition.abort();
}
